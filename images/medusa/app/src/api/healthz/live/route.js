/** The process answers; nothing else is asked, so that a database away restarts no shop. */
exports.GET = async (_request, response) => {
  response.type("text/plain").send("alive\n")
}
