/** Text of a host without characters that nobody sees: some of them turn around what stands beside it. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cf}/gu, '')
}
