package observatory.trainer.run;

import observatory.trainer.checkpoint.CheckpointRing;

/** Where a run keeps its checkpoints, and every how many steps it writes one; 0 for only when told to. */
public record Checkpoints(CheckpointRing ring, int every) {
    public Checkpoints {
        if (every < 0) {
            throw new IllegalArgumentException("checkpoints come every so many steps, from 0: every=" + every);
        }
    }

    boolean due(long step) {
        return every > 0 && step % every == 0;
    }
}
