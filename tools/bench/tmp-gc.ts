import { StoreGroup } from './store-group.ts'

const group = await StoreGroup.found(1, 0)
console.log('filling')
await group.call('m1', 'fill', 1_000_000)
console.log(await group.call('m1', 'delay'), await group.call('m1', 'state'))
console.log(await group.call('m1', 'snapshot'))
await group.close()
