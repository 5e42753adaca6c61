package observatory.cli.train;

import java.util.Optional;
import java.util.function.Consumer;
import observatory.cli.Control;
import observatory.probe.CommandSource;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Gate;
import observatory.stream.control.TopicCommandSource;

/**
 * Gives a run that trains here the commands meant for it, from when its broker is there until it is closed; those given
 * since this was made are not missed.
 */
final class Obeying implements AutoCloseable {
    private final boolean wanted;
    private final Gate gate;
    private final RunId run;
    private final Consumer<CommandSource> training;
    private TopicCommandSource commands;

    Obeying(Control control, RunId run, Consumer<CommandSource> training) {
        this.wanted = control.on();
        this.gate = control.gate(run);
        this.run = run;
        this.training = training;
    }

    /** Begins to listen, once, where commands are wanted and the broker is there. */
    void tryListen(Optional<String> bootstrap) {
        if (commands == null && wanted && bootstrap.isPresent()) {
            commands = Control.listen(Connection.to(bootstrap.get()), Topics.STANDARD, run, gate);
            training.accept(commands);
        }
    }

    @Override
    public void close() {
        if (commands != null) {
            commands.close();
        }
    }
}
