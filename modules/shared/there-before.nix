# Whether somebody reaches a server over what is there before a deployment: no interface that may only come with it, such as a mesh's.
{ lib, netlib }:
client: server:
lib.all (path: path.interface == null) (
  lib.take 1 (
    netlib.pathsTo {
      from = client;
      to = server;
    }
  )
)
