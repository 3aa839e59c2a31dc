import type { AnyStateMachine } from 'xstate'
import { authorizationCode } from '../machines/authorization-code.ts'
import { clientCredentials } from '../machines/client-credentials.ts'
import { deviceCode } from '../machines/device-code.ts'
import { definitionOf, written } from './definition.ts'
import { layoutOf } from './layout.ts'
import { large } from './measures.ts'
import { mermaidOf } from './mermaid.ts'
import { chartOf } from './model.ts'
import { sceneOf } from './scene.ts'
import { svgOf } from './svg.ts'

/** What is drawn, and under which name. */
export const drawn: readonly (readonly [name: string, machine: AnyStateMachine])[] = [
  ['device-code', deviceCode],
  ['authorization-code', authorizationCode],
  ['client-credentials', clientCredentials],
]

/** All files that are generated, by name. */
export async function pictures(): Promise<ReadonlyMap<string, string>> {
  const files = await Promise.all(drawn.map(([name, machine]) => picturesOf(name, machine)))
  return new Map(files.flat())
}

async function picturesOf(name: string, machine: AnyStateMachine): Promise<readonly (readonly [string, string])[]> {
  const scene = sceneOf(chartOf(machine))
  return [
    [`${name}.svg`, svgOf(scene, await layoutOf(scene, large))],
    [`${name}.mmd`, mermaidOf(scene)],
    [`${name}.json`, written(definitionOf(machine))],
  ]
}
