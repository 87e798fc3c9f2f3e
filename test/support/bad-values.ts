/** Values by the kind of field that must refuse them. Each is JSON text, since not all can be written as values. */

const json = (...values: unknown[]): string[] => values.map((value) => JSON.stringify(value));

const NOT_A_STRING = json(5, true, ['x'], { a: 1 });

/** For a text of at least one and at most `max` characters. */
export const notText = (max: number): string[] => [
  ...NOT_A_STRING,
  ...json('', '   ', '\t\n', '\u00a0\u2003', '\u200b\u200b', '\u2060\ufeff', '\u115f\u3164'),
  ...json('a\0b', 'x'.repeat(max + 1), '🌻'.repeat(max + 1)),
  String.raw`"a\ud800"`,
  String.raw`"\udc00b"`,
];

/** For text on one line. */
export const notALine = (max: number): string[] => [...notText(max), ...json('two\nlines', 'a\u2028b', 'bell\u0007')];

/** For the id of something. */
export const NOT_AN_ID = [
  ...NOT_A_STRING,
  ...json('', ' ', 'x', '0198c5a5', '{0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1}', '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9d1 '),
  ...json("' OR 1=1 --", '0198c5a50e2b7c118f3d3f3f8ae0a9d1', '0198c5a5-0e2b-7c11-8f3d-3f3f8ae0a9dg'),
];

/** For a whole number that is not negative. */
export const NOT_WHOLE = [...json('1', true, [1], { a: 1 }, -1, 1.5, 2 ** 53, '', 'NaN'), '1e400', '-1e400', '1e-7'];

/** For a choice of words. */
export const NOT_A_CHOICE = [...NOT_A_STRING, ...json('', 'other', 'PUBLIC', 'public ', '__proto__')];

/** For a username. */
export const NOT_A_USERNAME = [
  ...NOT_A_STRING,
  ...json('', 'ab', 'x'.repeat(33), 'a b c', 'ann!', 'añn', 'a\0bc', '🌻🌻🌻'),
];

/** For an email address. */
export const NOT_AN_EMAIL = [
  ...NOT_A_STRING,
  ...json('', 'x', 'x@', '@x.org', 'a b@x.org', 'a\0@x.org', 'x@localhost'),
];

/** For a new password. */
export const NOT_A_PASSWORD = [
  ...NOT_A_STRING,
  ...json('', 'short', 'x'.repeat(129), 'password123', 'null\0null\0'),
  String.raw`"surrogate \ud800"`,
];
