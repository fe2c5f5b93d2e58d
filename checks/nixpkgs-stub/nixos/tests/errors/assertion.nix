# expect: - one must hold
# expect: - two must hold
{
  assertions = [
    {
      assertion = false;
      message = "one must hold";
    }
    {
      assertion = false;
      message = "two must hold";
    }
    {
      assertion = true;
      message = "three holds";
    }
  ];
}
