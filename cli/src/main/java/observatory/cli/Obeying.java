package observatory.cli;

import java.util.Optional;
import java.util.function.Consumer;
import observatory.probe.CommandSource;
import observatory.probe.RunId;
import observatory.stream.Connection;
import observatory.stream.Topics;
import observatory.stream.control.TopicCommandSource;

/** Gives a run that trains here the commands meant for it, from when its broker is there until it is closed. */
final class Obeying implements AutoCloseable {
    private final Control control;
    private final RunId run;
    private final Consumer<CommandSource> training;
    private TopicCommandSource commands;

    Obeying(Control control, RunId run, Consumer<CommandSource> training) {
        this.control = control;
        this.run = run;
        this.training = training;
    }

    /** Begins to listen, once, where commands are wanted and the broker is there. */
    void tryListen(Optional<String> bootstrap) {
        if (commands == null && control.on() && bootstrap.isPresent()) {
            commands = control.listen(Connection.to(bootstrap.get()), Topics.STANDARD, run);
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
