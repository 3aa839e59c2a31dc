/** What can be wrong with a vault. The list is closed, and so are the texts: no message can hold what is stored. */
export type VaultProblem = keyof typeof problems

/** Why a vault could not do what it was asked. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly problem: VaultProblem

  constructor(problem: VaultProblem) {
    super(`the vault cannot be used: ${problems[problem].what}. ${problems[problem].remedy}`)
    this.problem = problem
  }

  get what(): string {
    return problems[this.problem].what
  }

  get remedy(): string {
    return problems[this.problem].remedy
  }

  /** Whether what is stored is at fault, and not the place. */
  get mismatch(): boolean {
    return problems[this.problem].mismatch
  }
}

const problems = {
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
