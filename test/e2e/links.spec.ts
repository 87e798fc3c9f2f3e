import { describe, expect, it } from '@jest/globals';
import { isFewEmoji, partsOf } from '../../web/src/links.js';

/** What of a text is shown as a link. */
const linksIn = (text: string) => partsOf(text).filter(({ href }) => href !== null);
const shownLinks = (text: string) => linksIn(text).map((part) => part.text);

describe('The links in a message', () => {
  it.each([
    ['See https://a.example/x, or not.', 'https://a.example/x'],
    ['(https://a.example/x_(y))', 'https://a.example/x_(y)'],
    ['[https://a.example/x]', 'https://a.example/x'],
    ['“https://a.example/x”', 'https://a.example/x'],
    ['"https://a.example/x"', 'https://a.example/x'],
    ['‘https://a.example/x’', 'https://a.example/x'],
    ['<https://a.example/x>', 'https://a.example/x'],
    ['https://a.example/x。次', 'https://a.example/x'],
    ['見てhttps://a.example/x、次', 'https://a.example/x'],
    ['（https://a.example/x）', 'https://a.example/x'],
    ['Really https://a.example/x?!...', 'https://a.example/x'],
    ['https://a.example/x…', 'https://a.example/x'],
    ['https://a.example/?q=1&r=2#s', 'https://a.example/?q=1&r=2#s'],
    ['HTTPS://A.example/X', 'HTTPS://A.example/X'],
    ['http://localhost:8000/#/groups/3b241101-e2bb', 'http://localhost:8000/#/groups/3b241101-e2bb'],
    ['http://[::1]:3000/x', 'http://[::1]:3000/x'],
    ['https://пример.рф/тест', 'https://пример.рф/тест'],
    ['see www.example.org.', 'www.example.org'],
    ['write to ann@example.org, please', 'ann@example.org'],
    ['mailto:ann@example.org', 'mailto:ann@example.org'],
  ])('end where the address in %s ends', (text, address) => {
    expect(shownLinks(text)).toEqual([address]);
    expect(partsOf(text).map((part) => part.text).join('')).toBe(text); // prettier-ignore
  });

  it.each([
    ['https://a.example/x y', 'https://a.example/x'],
    ['HTTPS://A.example/X', 'https://a.example/X'],
    ['www.example.org/x', 'https://www.example.org/x'],
    ['ann@example.org', 'mailto:ann@example.org'],
    ['mailto:ann@example.org', 'mailto:ann@example.org'],
  ])('lead from %s to %s', (text, href) => {
    expect(linksIn(text)[0]?.href).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://a.example/x',
    '//a.example/x',
    'example.org and e.g. this',
    'version 1.2.3',
    'https://',
    'http://[x',
    'a@b',
    '@ann',
    'www.',
    `https://a.example/${'x'.repeat(2_040)}`,
  ])('are not made of %s', (text) => {
    expect(partsOf(text)).toEqual([{ text, href: null }]);
  });

  it.each([
    ['a right-to-left override', '\u202e'],
    ['a left-to-right isolate', '\u2066'],
    ['a right-to-left mark', '\u200f'],
    ['a zero-width space', '\u200b'],
    ['a soft hyphen', '\u00ad'],
    ['a word joiner', '\u2060'],
    ['a tag character', '\u{e0041}'],
    ['a null', '\0'],
  ])('end before %s, so that what is shown is what is opened', (_, unseen) => {
    const parts = partsOf(`https://bank.example/${unseen}moc.live//:sptth`);
    expect(parts[0]).toEqual({ text: 'https://bank.example/', href: 'https://bank.example/' });
    expect(parts.slice(1).every(({ href }) => href === null)).toBe(true);
  });
});

describe('What the page does with a text of others', () => {
  const PIECES = [
    ...'([{.,-/:;!?…"\'“<>@#%&*_~|`= a1é中\u202e\u200b😀'.split(''),
    ...[
      'http://',
      'https://a/',
      'https://a/(',
      'http://[',
      'www.',
      'www.a',
      '://',
      'mailto:',
      'a@',
      'a@b.c',
      '.a',
      'a-',
    ],
    ...['..a', '--a', '[a](', '%20', 'xn--', '1.', ' a@a', '👨‍👩‍👧', '🇩🇪'],
  ];
  const fill = (piece: string, length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  /** Each makes a text of so many characters. */
  const WORST: [name: string, make: (length: number) => string][] = [
    ...PIECES.map((piece): [string, (length: number) => string] => [piece, (length) => fill(piece, length)]),
    ...PIECES.map((piece): [string, (length: number) => string] => [
      `https://a.example/ and ${piece}`,
      (length) => fill(piece, length).replace(/^.{18}/su, 'https://a.example/'),
    ]),
    ...[...'.,!?-:;'].map((sign): [string, (length: number) => string] => [
      `${sign} before brackets`,
      (length) => `https://a/${fill(sign, length / 2)}a${fill(')', length / 2 - 11)}`,
    ]),
  ];
  const run = (text: string) => [partsOf(text), isFewEmoji(text)];
  /** The shortest of some runs, in milliseconds: the machine is not ours alone. */
  const cost = (text: string, runs: number) =>
    Math.min(
      ...Array.from({ length: runs }, () => {
        const start = performance.now();
        run(text);
        return performance.now() - start;
      }),
    );

  it.each(WORST)('takes time in proportion to the length, for %s', (_, make) => {
    expect(cost(make(4_000), 2)).toBeLessThan(100);
    const [part, whole] = [cost(make(4_000), 5), cost(make(16_000), 5)];
    // Four times the text: 4 where the time is linear, 16 where it is quadratic. Nobody notices a few milliseconds.
    if (whole > 10) expect(whole / part).toBeLessThan(8);
  });
});
