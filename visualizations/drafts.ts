import type { ElkPoint } from 'elkjs/lib/elk.bundled.js'
import { type Layout, layoutOf } from './layout.ts'
import type { Measures } from './measures.ts'
import type { Scene } from './scene.ts'

/** Where ELK began when it found the best of forty layouts, for one chart or another; each takes a tenth of a second. */
const seeds = [2, 5, 7]
/** What is disliked, in pixels of a larger picture. */
const dislike = { crossing: 60, bend: 15 }

/** Lays a scene out several times, always the same ways, and takes what is narrow and easy to follow. */
export async function bestLayoutOf(scene: Scene, measures: Measures): Promise<Layout> {
  const layouts = await Promise.all(seeds.map((seed) => layoutOf(scene, measures, seed)))
  return layouts.reduce((best, layout) => (costOf(layout) < costOf(best) ? layout : best))
}

function costOf({ width, height, lines, start }: Layout): number {
  const ways = [start, ...lines.map(({ points }) => points)]
  const bends = ways.reduce((sum, points) => sum + points.length - 2, 0)
  return 2 * width + height + bends * dislike.bend + crossingsOf(ways) * dislike.crossing
}

function crossingsOf(ways: readonly (readonly ElkPoint[])[]): number {
  const pieces = ways.flatMap((points) => points.slice(1).map((point, index): Piece => [points[index] ?? point, point]))
  return pieces.reduce((sum, one) => sum + pieces.filter((other) => crosses(one, other)).length, 0)
}

type Piece = readonly [ElkPoint, ElkPoint]

/** Whether a level piece is crossed by an upright one. Where two only touch, they share an end. */
function crosses([left, right]: Piece, [top, bottom]: Piece): boolean {
  if (left.y !== right.y || top.x !== bottom.x) return false
  return isBetween(top.x, left.x, right.x) && isBetween(left.y, top.y, bottom.y)
}

const isBetween = (value: number, one: number, other: number) =>
  Math.min(one, other) < value && value < Math.max(one, other)
