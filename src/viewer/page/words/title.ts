import type { Look } from '../state/look.ts'

/** Where a connection is, in two or three words. The view model speaks to the merchant; who looks on here waits for one. */
export function titleOf({ isOver, story, view }: Pick<Look, 'isOver' | 'story' | 'view'>): string {
  if (isOver) return story.stoppedAt === undefined ? 'Its host has left' : 'Stopped'
  return view.userCode || view.link ? 'Waiting for the merchant' : view.title
}
