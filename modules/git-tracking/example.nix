# Three machines that all keep the repository, and two people who may change the network.
{
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = { };

  git-tracking.signers = {
    anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
    ben = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPylIMtBoaYUT+T4vd+wVYWc0ziInFRRajC2UBf9z6U6";
  };
}
