package observatory.djl;

import observatory.probe.Hook;

/** Where a block's output belongs in the training step. */
record Place(Hook hook, int layer) {}
