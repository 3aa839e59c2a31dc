import { rounded } from './shapes.ts'

export const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export const text = (name: string, x: number, y: number, content: string): string =>
  `<text class="${name}" x="${rounded(x)}" y="${rounded(y)}">${escaped(content)}</text>`
