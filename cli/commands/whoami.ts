// `kit whoami`: who the cluster takes us for.

import { isJsonObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'

export async function whoami(context: Context): Promise<void> {
  const client = await context.client()
  const review = await client.raw({ method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body: {} })
  const status = isJsonObject(review) ? review['status'] : undefined
  const info = isJsonObject(status) ? status['userInfo'] : undefined
  const { username = 'nobody', groups = [] } = isJsonObject(info) ? info : {}
  const role = (Array.isArray(groups) ? groups : []).map(String).find((group) => group.startsWith('kit:'))
  const target = await context.target()
  context.out(`${String(username)} (${role?.replace(/^kit:(\w+)s$/, '$1') ?? 'no role'}) ${target.context ?? target.socket}\n`)
}
