import { describe, expect, it } from 'vitest'
import { groupsOf, spell } from '../../src/view/user-code.ts'

describe('a user code, for reading', () => {
  it.each([
    ['', ['']],
    ['ABCD', ['ABCD']],
    ['12345', ['12345']],
    ['123456', ['123', '456']],
    ['ABCDEFG', ['ABCD', 'EFG']],
    ['ABCDEFGH', ['ABCD', 'EFGH']],
    ['123456789', ['123', '456', '789']],
    ['1234567890', ['1234', '567', '890']],
    ['ABCDEFGHIJK', ['ABCD', 'EFGH', 'IJK']],
    ['ABCDEFGHIJKL', ['ABCD', 'EFGH', 'IJKL']],
    ['ÄÖÜäöüßé', ['ÄÖÜä', 'öüßé']],
    ['𝟙𝟚𝟛𝟜𝟝𝟞', ['𝟙𝟚𝟛', '𝟜𝟝𝟞']],
  ])('%j is cut into groups of three or four where it is long', (code, groups) => {
    expect(groupsOf(code)).toEqual(groups)
  })

  it.each(['WDJB-MJHT', 'ab cd ef', '12.34.56.78', 'ABCD–EFGH', '-', 'ABC_DEF_GHI'])(
    '%j has separators of its own, and stays as it is',
    (code) => expect(groupsOf(code)).toEqual([code]),
  )

  it.each([
    ['A\u202eBCDEFGH', ['ABCD', 'EFGH']],
    ['\u2066AB-CD\u2069', ['AB-CD']],
    ['AB\u0000CD\u001b[2J\n', ['ABCD[2J']],
    ['W\u0336D\u0336J\u0336B\u0336-\u20ddMJHT', ['WDJB-MJHT']],
    ['A\u200bB\ufeffC\u00adD', ['ABCD']],
    ['\ud800ABCD', ['ABCD']],
    ['e\u0301BCDEFG', ['\u00e9BCD', 'EFG']],
    ['\u202e', ['']],
  ])('%j shows no character that turns, hides or piles up others', (code, groups) => {
    expect(groupsOf(code)).toEqual(groups)
  })

  it('loses and adds nothing, and has no group of one or two, whatever its length', () => {
    for (let length = 0; length < 200; length++) {
      const code = 'BCDFGHJKLM'.repeat(20).slice(0, length)
      const sizes = groupsOf(code).map((group) => group.length)
      expect(groupsOf(code).join('')).toBe(code)
      if (length > 5) expect(sizes.filter((size) => size !== 3 && size !== 4)).toEqual([])
    }
  })
})

describe('a user code, for a voice', () => {
  it.each([
    ['WDJB-MJHT', 'W D J B - M J H T'],
    ['ABCDEFGH', 'A B C D, E F G H'],
  ])('%j is spelled', (code, spelled) => expect(spell(groupsOf(code))).toBe(spelled))
})
