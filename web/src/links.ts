/** A piece of a message: words, or an address to go to. */
export interface TextPart {
  text: string;
  href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

/** Splits a text into words and web addresses. Only http and https: everything else stays words. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    if (!URL.canParse(address)) continue;
    if (found.index > done) parts.push({ text: text.slice(done, found.index), href: null });
    parts.push({ text: address, href: new URL(address).href });
    done = found.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: null });
  return parts;
}

/** An address without what ends the sentence that it stands in. */
function trimmed(address: string): string {
  const ending = /[.,;:!?…]+$/.exec(address);
  if (ending) return trimmed(address.slice(0, ending.index));
  if (/[)\]]$/.test(address) && !isBalanced(address)) return trimmed(address.slice(0, -1));
  return address;
}

function isBalanced(address: string): boolean {
  const count = (character: string) => address.split(character).length;
  return count('(') >= count(')') && count('[') >= count(']');
}

const FEW_EMOJI = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;

/** Whether a text is nothing but a few emoji, which are shown large. */
export function isFewEmoji(text: string): boolean {
  return text.length <= 40 && FEW_EMOJI.test(text);
}
