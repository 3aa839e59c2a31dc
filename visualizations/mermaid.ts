import type { Picture } from './model.ts'

/**
 * Draws a chart as Mermaid text. What all states share would be a hairball of arrows, so it is folded into a note: a
 * defect leads to `failed`, an unforeseen answer to `recalling`, and from there to wherever the record says.
 */
export function mermaid({ initial, states, arrows }: Picture): string {
  const drawn = arrows.filter(
    ({ from, to, cause, label }) =>
      cause !== 'defect' && from !== 'recalling' && !(to === 'recalling' && cause === 'answer') && label !== 'token.forget',
  )
  const merged = Map.groupBy(drawn, ({ from, to }) => `  ${from} --> ${to}`)
  const lines = [...merged].map(([line, same]) => `${line} : ${[...new Set(same.map(({ label }) => label))].join('<br>')}`)
  return [
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    `  ${initial} --> idle : and to every other state,<br>as the record says`,
    ...lines,
    ...states.filter(({ tags }) => tags.includes('needsUser')).map(({ name }) => `  class ${name} needsUser`),
    ...states.filter(({ tags }) => tags.includes('connected')).map(({ name }) => `  class ${name} connected`),
    '  classDef needsUser fill:#fff3d6,stroke:#b7791f,color:#5f370e',
    '  classDef connected fill:#dcfce7,stroke:#15803d,color:#14532d',
    '',
  ].join('\n')
}
