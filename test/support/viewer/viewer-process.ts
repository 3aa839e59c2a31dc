import { WebSocketServer } from 'ws'

/** Somebody like a viewer, in a process that can be frozen: it welcomes whoever greets. */
const [key = ''] = process.argv.slice(2)
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('listening', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#${key}`)
})
server.on('connection', (socket) => {
  socket.once('message', () => {
    socket.send('{"type":"welcome"}')
    console.log('entered')
  })
})
