import { LiteralType, ReferenceType, UnionType } from '../../.ci/reference/node_modules/typedoc/dist/index.js'

// What TypeDoc cannot know of this package.

/** Their types are inferred, and some ten thousand characters long: the page of states tells more. */
const charts = ['authorizationCode', 'clientCredentials', 'deviceCode']
/** Of these the words are told, not how TypeScript gets them. */
const lists = ['FailureCode', 'VaultProblem', 'Wish']

/** What is imported by another name than where it lies. */
const names = { index: 'oauth-machines', 'resource/ky': 'ky' }

export function load({ converter }) {
  const words = new Map()

  converter.on('createDeclaration', (context, declaration) => {
    const symbol = lists.includes(declaration.name) && context.getSymbolFromReflection(declaration)
    if (!symbol) return
    const { types = [] } = context.checker.getDeclaredTypeOfSymbol(symbol)
    words.set(declaration, types.map(({ value }) => value).sort())
  })

  converter.on('resolveBegin', ({ project }) => {
    for (const entryPoint of project.children ?? []) entryPoint.name = names[entryPoint.name] ?? entryPoint.name
    for (const reflection of Object.values(project.reflections))
      for (const [alias, list] of words) if (reflection !== alias) nameList(reflection, alias, list)
    for (const declaration of exportsOf(project)) {
      const list = words.get(declaration)
      if (!declaration.type || !(list || charts.includes(declaration.name))) continue
      project.removeTypeReflections(declaration.type)
      declaration.type = list
        ? new UnionType(list.map((word) => new LiteralType(word)))
        : ReferenceType.createBrokenReference('StateMachine', project, 'xstate')
    }
  })

  // A comment may name what another entry point exports.
  converter.addUnknownSymbolResolver(({ symbolReference }, { project }, part) => {
    const name = symbolReference?.path?.[0]?.path
    const target = part && exportsOf(project).find((declaration) => declaration.name === name)
    return target && { target, caption: name }
  })
}

/** TypeDoc spells a list out wherever it is used; its name and a link say more. */
function nameList(reflection, alias, list) {
  const { type } = reflection
  const isOurs = (one) => one.type === 'literal' && list.includes(one.value)
  if (type?.type !== 'union' || type.types.filter(isOurs).length < list.length) return
  const named = ReferenceType.createResolvedReference(alias.name, alias, alias.project)
  const others = type.types.filter((one) => !isOurs(one))
  reflection.type = others.length === 0 ? named : new UnionType([named, ...others])
}

function exportsOf({ children = [] }) {
  return children.flatMap((entryPoint) => entryPoint.children ?? [])
}
