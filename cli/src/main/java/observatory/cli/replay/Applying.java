package observatory.cli.replay;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.replay.ReplayResult;
import observatory.cli.ClusterOptions;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.OperatorKey;
import observatory.cli.probes.Giving;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.probe.TrainerCommand;
import observatory.stream.FrameReader;
import observatory.stream.control.CommandJson;
import observatory.stream.control.Gate;
import observatory.stream.control.Operator;
import observatory.stream.wire.Json;

/**
 * Gives a run that is still going what came out best of a replay: signed, one command after the other, each followed
 * until the run says what became of it. The first that is not applied is the last that is given.
 */
final class Applying {
    /** A command is applied before the next step, which may be a long one. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final ClusterOptions cluster;
    private final String run;
    private final OperatorKey key;
    private final Console console;

    Applying(ClusterOptions cluster, String run, OperatorKey key, Console console) {
        this.cluster = cluster;
        this.run = run;
        this.key = key;
        this.console = console;
    }

    /** Fails where the run would not obey, before minutes are spent on what could not be given to it. */
    void check() {
        Operator.Manner standard = Operator.Manner.STANDARD;
        Giving.send(
                cluster,
                run,
                key,
                new TrainerCommand.Checkpoint(),
                new Operator.Manner(true, standard.validity(), standard.patience()));
    }

    void apply(ReplayResult result) {
        Optional<ReplayResult.Intervention> best = result.interventions().stream()
                .filter(ReplayResult.Intervention::best)
                .findFirst();
        if (best.isEmpty() || best.get().commands().isEmpty()) {
            throw new Failure(
                    ExitCode.FINDINGS,
                    "nothing was given to " + run + ": what came out best is "
                            + best.map(ReplayResult.Intervention::name).orElse("not known")
                            + ", for which the trainer has no command");
        }
        List<String> applied = new ArrayList<>();
        for (String command : best.get().commands()) {
            try {
                give(command);
            } catch (Failure e) {
                throw new Failure(
                        e.exitCode(),
                        e.getMessage() + "; "
                                + (applied.isEmpty() ? "nothing was changed" : "before that it applied " + applied),
                        e);
            }
            applied.add(command);
            console.say(run + " applied " + command);
        }
    }

    private void give(String json) {
        TrainerCommand command = read(json);
        try (FrameReader reader =
                FrameReader.fromTheEnd(cluster.connection(), cluster.topics(), Optional.of(new RunId(run)))) {
            awaitTurn();
            Giving.send(cluster, run, key, command, Operator.Manner.STANDARD);
            Map<String, String> answer = answer(reader, command);
            if (!answer.get("outcome").equals("applied")) {
                throw new Failure(ExitCode.DENIED, run + " refused " + json + ": " + answer.get("reason"));
            }
        }
    }

    /** A run takes no two commands at once. */
    private static void awaitTurn() {
        try {
            Thread.sleep(Gate.Limits.STANDARD.interval());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    private Map<String, String> answer(FrameReader reader, TrainerCommand command) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (Telemetry item : reader.poll()) {
                if (item instanceof RunEvent event
                        && event.kind() == RunEvent.Kind.COMMAND
                        && command.toString().equals(event.details().get("command"))) {
                    return event.details();
                }
                if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.END) {
                    throw new Failure(ExitCode.DENIED, run + " ended before it came to " + command);
                }
            }
        }
        throw new Failure(
                ExitCode.CANNOT_CONNECT,
                run + " accepted " + command + " but has not said within " + PATIENCE.toMinutes()
                        + " min that it applied it; `observatory tail` and the window show what it does");
    }

    private static TrainerCommand read(String json) {
        try {
            return (TrainerCommand) CommandJson.read(Json.mapper().readTree(json));
        } catch (IOException e) {
            throw new IllegalStateException("a command of ours is JSON", e);
        }
    }
}
