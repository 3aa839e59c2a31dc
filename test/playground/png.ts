import { crc32, deflateSync } from 'node:zlib'

/** A picture of at most 256 colours. */
export interface Indexed {
  readonly width: number
  readonly height: number
  /** As 0xrrggbb. */
  readonly palette: readonly number[]
  /** Row by row, one byte each: which colour of the palette. */
  readonly pixels: Buffer
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** @see https://www.w3.org/TR/png-3/ */
export function pngOf({ width, height, palette, pixels }: Indexed): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits, which are an index.
  header.set([8, 3, 0, 0, 0], 8)
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))
  // Each row begins with the way it is filtered: not at all.
  const rows = Array.from({ length: height }, (_, row) => [
    Buffer.alloc(1),
    pixels.subarray(row * width, (row + 1) * width),
  ])
  const content = deflateSync(Buffer.concat(rows.flat()), { level: 9 })
  const chunks = [chunk('IHDR', header), chunk('PLTE', colors), chunk('IDAT', content), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([signature, ...chunks])
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
