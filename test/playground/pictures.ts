import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { type Indexed, pngOf } from './png.ts'

/** Whether the README's pictures are to be taken anew. */
export const wantsPictures = process.env.PICTURES === '1'

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))

/**
 * Takes pictures of a page at this moment, light and dark, where they are wanted. Returns what writes them, as
 * `name-light.png` and `name-dark.png`: that takes a while.
 */
export async function takePictures(page: Page, name: string): Promise<() => Promise<void>> {
  if (!wantsPictures) return async () => {}
  for (const button of await page.getByRole('button', { name: 'Dismiss' }).all()) await button.click()
  await tidy(page)
  // A state that has just been entered is a narrow strip.
  await page.waitForTimeout(1_500)
  const pictures = new Map<string, Buffer>()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    pictures.set(`${name}-${colorScheme}.png`, await page.screenshot())
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  return async () => {
    await mkdir(folder, { recursive: true })
    for (const [file, picture] of pictures)
      await writeFile(folder + file, pngOf(await indexed(page.context(), picture)))
  }
}

/** As if nobody had touched it: nothing is scrolled, and nothing has the focus. */
async function tidy(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('*')) element.scrollTop = 0
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  })
}

/** A picture with its 256 most frequent colours: a third of the size, and nobody sees the difference. */
async function indexed(context: BrowserContext, png: Buffer): Promise<Indexed> {
  const tab = await context.newPage()
  try {
    const { width, height, palette, pixels } = await tab.evaluate(reduceColors, png.toString('base64'))
    return { width, height, palette, pixels: Buffer.from(pixels, 'base64') }
  } finally {
    await tab.close()
  }
}

/** Runs in a browser, which can read the picture. */
async function reduceColors(base64: string) {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height)
  const drawing = canvas.getContext('2d')
  drawing?.drawImage(bitmap, 0, 0)
  const data = drawing?.getImageData(0, 0, width, height).data ?? []
  const colors = Uint32Array.from({ length: width * height }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = [data[4 * at], data[4 * at + 1], data[4 * at + 2]]
    return (red << 16) | (green << 8) | blue
  })
  const counts = new Map<number, number>()
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1)
  const palette = [...counts.keys()]
    .sort((one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0))
    .slice(0, 256)

  const distance = (one: number, other: number) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0)
  const nearest = new Map<number, number>()
  for (const color of counts.keys()) {
    let best = 0
    for (const [index, candidate] of palette.entries())
      if (distance(color, candidate) < distance(color, palette[best] ?? 0)) best = index
    nearest.set(color, best)
  }
  const pixels = new Blob([Uint8Array.from(colors, (color) => nearest.get(color) ?? 0)])
  const reader = new FileReader()
  const read = new Promise((resolve) => reader.addEventListener('load', resolve))
  reader.readAsDataURL(pixels)
  await read
  return { width, height, palette, pixels: String(reader.result).replace(/^.*,/, '') }
}
