import { LinkifyIt } from 'linkify-it';

/** A piece of a message: words, or an address to go to. */
export interface TextPart {
  text: string;
  href: string | null;
}

const LONGEST_ADDRESS = 2_048;
const PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

// Its time is linear in the text. It finds more than is wanted (`example.org`, `//example.org`, `ftp:`).
const finder = new LinkifyIt({ fuzzyLink: true }).add('ftp:', null).add('//', null);

/** An address ends where something stands that one cannot see, or that turns the text around. */
const UNSEEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/gu;
/** Where there are no spaces between words, an address begins right behind one. */
const BEFORE_ADDRESS = /[^\p{ASCII}](?=https?:\/\/|www\.)/giu;

/**
 * Splits a text into words and addresses: web addresses with `http://`, `https://` or `www.`, and those of email. What
 * is shown of an address is what is opened. Everything else stays words, also an address of more than 2,048 characters.
 */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const { schema, index, lastIndex } of finder.match(blanked(text)) ?? []) {
    const address = withoutEnding(text.slice(index, lastIndex));
    const href = hrefOf(schema, address);
    if (href === null) continue;
    if (index > done) parts.push({ text: text.slice(done, index), href: null });
    parts.push({ text: address, href });
    done = index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: null });
  return parts;
}

/** The text, of the same length, with spaces where no address goes on. */
function blanked(text: string): string {
  const blank = (found: string) => ' '.repeat(found.length);
  return text.replace(UNSEEN, blank).replace(BEFORE_ADDRESS, blank);
}

/** An address without the signs that end the sentence that it stands in, however many. */
function withoutEnding(address: string): string {
  let end = address.length;
  while ('.,;:!?…'.includes(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

/** Where an address leads; null for what is not to be a link. The schema is empty where the address names none. */
function hrefOf(schema: string, address: string): string | null {
  if (address.length > LONGEST_ADDRESS) return null;
  if (schema === '' && !/^www\./i.test(address)) return null;
  const prefix = schema === '' ? 'https://' : schema === 'mailto:' && !/^mailto:/i.test(address) ? 'mailto:' : '';
  if (!URL.canParse(prefix + address)) return null;
  const { protocol, href } = new URL(prefix + address);
  return PROTOCOLS.has(protocol) ? href : null;
}

const FEW_EMOJI = new RegExp(String.raw`^(?:\p{RGI_Emoji}\s?){1,3}$`, 'v');

/** Whether a text is nothing but a few emoji, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 40 && FEW_EMOJI.test(text);
}
