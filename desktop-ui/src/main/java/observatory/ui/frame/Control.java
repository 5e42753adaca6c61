package observatory.ui.frame;

import observatory.probe.Command;
import observatory.probe.RunId;

/** The road back to a trainer, where a person has asked for it: signed commands, each answered. */
public interface Control {
    /** Who gives the commands. */
    String operator();

    /** Sends a command and waits for its answer, which is said in one line. Not for the thread of the window. */
    String give(RunId run, Command command, boolean dryRun);
}
