package observatory.cli.train;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import picocli.CommandLine;

/** What a small demo sends, recorded without a broker: the real trainer, the real probes, a planned fault. */
public final class RecordedDemo {
    private RecordedDemo() {}

    public static List<Telemetry> of(String run, String fault, int steps) throws InterruptedException {
        DemoOptions options = new DemoOptions();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(
                        "--steps=" + steps,
                        "--fault=" + fault,
                        "--probes=profile",
                        "--layers=3",
                        "--width=64",
                        "--context=64",
                        "--batch=8");
        List<Telemetry> tape = new ArrayList<>();
        Training training = new Training(
                DemoPlan.of(options), new Origin(new RunId(run), 0, new UUID(1, 1), 0), item -> tape.add(item));
        training.start();
        training.over().await();
        training.check();
        return tape;
    }
}
