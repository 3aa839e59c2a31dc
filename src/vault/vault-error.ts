/** What can be wrong with a vault. The list is closed, and so are the texts: no message can hold what is stored. */
export type VaultProblem = keyof typeof problems

/** Why a vault could not do what it was asked. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly problem: VaultProblem
  /** The problem in words, and where. */
  readonly what: string

  /** @param place where a host looks, for instance the name of an environment variable; never what is in it */
  constructor(problem: VaultProblem, place = '') {
    const where = place.replace(/[^\w.:/@ -]/g, '').slice(0, 80)
    const what = where === '' ? problems[problem].what : `${problems[problem].what} (${where})`
    super(`the vault cannot be used: ${what}. ${problems[problem].remedy}`)
    this.problem = problem
    this.what = what
  }

  /** What somebody can do about it, in a sentence. */
  get remedy(): string {
    return problems[this.problem].remedy
  }

  /** Whether what is stored is at fault, and not the place. */
  get mismatch(): boolean {
    return problems[this.problem].mismatch
  }
}

/** What each problem says in a message; `mismatch`: what is stored is at fault, and not the place. */
export const problems = {
  full: { what: 'its disk or quota is full', remedy: 'Free some space; it is tried again.', mismatch: false },
  read_only: {
    what: 'its place may not be written to',
    remedy: 'Check who may write there; it is tried again.',
    mismatch: false,
  },
  unreadable: {
    what: 'its place cannot be read',
    remedy: 'Check that it is there, and who may read it; it is tried again.',
    mismatch: false,
  },
  network_share: {
    what: 'its directory is on a network share, where locks do not hold',
    remedy: 'Choose a directory on a disk of this machine.',
    mismatch: false,
  },
  unsupported: {
    what: 'its place lacks what a vault needs',
    remedy: 'See which places are supported.',
    mismatch: false,
  },
  no_key: { what: 'its key cannot be had', remedy: 'Check where the key is kept; it is tried again.', mismatch: false },
  bad_key: { what: 'its key is not 32 bytes', remedy: 'Give it in base64 or hexadecimal.', mismatch: false },
  wrong_key: {
    what: 'its record was written with another key',
    remedy: 'Give the vault that key too, as a former one.',
    mismatch: true,
  },
  corrupt: {
    what: 'its record was damaged, and is set aside',
    remedy: 'Connect again; what is left of the record is kept beside the others.',
    mismatch: true,
  },
  newer_format: {
    what: 'its record was written by a newer version of this package',
    remedy: 'Update this one.',
    mismatch: true,
  },
} as const satisfies Record<string, { what: string; remedy: string; mismatch: boolean }>
