/** Control characters (C0, DEL, C1), what turns or hides text (bidi, zero width), halves of characters, line separators. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text from elsewhere as a terminal may have it: it moves no cursor, sets no colour, and reads in one direction. */
export function plain(text: string): string {
  return text.replace(UNSEEN, '')
}
