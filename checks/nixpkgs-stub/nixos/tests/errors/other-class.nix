# expect: class
{
  imports = [ { _class = "homeManager"; } ];
}
