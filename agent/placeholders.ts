// What the placeholders of one task stand for, for every executor alike.

import { reasonOf } from '../api/errors.ts'
import { expandPlaceholders, type PlaceholderContext, type PlaceholderFunctions } from '../api/placeholder.ts'
import type { Assignment } from '../api/session.ts'
import { FatalTaskError, type NodeFacts } from './executor.ts'

/** Throws FatalTaskError where a placeholder is wrong: no retry mends that. */
export function expand(text: string, context: PlaceholderContext, where: string, functions: PlaceholderFunctions = {}): string {
  try {
    return expandPlaceholders(text, context, functions)
  } catch (error) {
    if (reasonOf(error) === undefined) throw error
    throw new FatalTaskError(`${where} ${error instanceof Error ? error.message : ''}`, { cause: error })
  }
}

export function contextOf(task: Assignment, node: NodeFacts): PlaceholderContext {
  return {
    Service: { ID: task.service.uid, Name: task.service.name, Labels: task.service.labels },
    Node: { ID: node.id, Hostname: node.hostname, Platform: { Architecture: node.arch, OS: node.os } },
    Task: { ID: task.uid, Name: task.task, Slot: task.slot === undefined ? node.id : String(task.slot) },
  }
}
