{
  exports.networks.wg0.members.beta.publicKey = "the same key";
}
