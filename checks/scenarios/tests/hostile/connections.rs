//! What a connection gives away: passwords, agents, forwardings; what ssh is made to do.
