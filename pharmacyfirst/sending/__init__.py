"""From a message that passed its checks to a practice that has answered it: prepared, stored, posted through MESH, followed."""
