import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Repainted } from './repainted.ts'

function paint(shape: { columns: number; rows: number }, ...frames: readonly (readonly string[])[]): readonly string[] {
  const sent: string[] = []
  const screen = new Repainted(
    (text) => void sent.push(text),
    () => shape,
  )
  for (const frame of frames) screen.show(frame)
  return sent
}

test('what was shown is painted over, however many rows it took; what is the same is not sent again', () => {
  const shape = { columns: 10, rows: 8 }
  assert.deepEqual(paint(shape, ['a', 'b'], ['a', 'b'], ['c']), ['a\nb\n', '\u001b[2A\u001b[Jc\n'])
  assert.deepEqual(paint(shape, ['a line of 20 columns', 'b'], ['c']), ['a line of 20 columns\nb\n', '\u001b[3A\u001b[Jc\n'])
})

test('no more is shown than fits, so that all of it can be painted over', () => {
  const lines = ['1', '2', '3', '4', '5', '6']
  assert.deepEqual(paint({ columns: 10, rows: 5 }, lines, ['x']), ['1\n2\n3\n… and more\n', '\u001b[4A\u001b[Jx\n'])
  assert.deepEqual(paint({ columns: 80, rows: 5 }, lines, ['x']), ['1\n2\n3\n… and more: 6 lines\n', '\u001b[4A\u001b[Jx\n'])
})
