package observatory.analysis.log;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import observatory.probe.Frame;

/**
 * The standard output of Megatron-LM, Megatron-DeepSpeed and GPT-NeoX, whole or quoted. Lines that are no training
 * line are passed over; how a line is read, and what a missing field means, is told in {@link MegatronSteps}.
 */
public final class MegatronText implements LogFormat {
    @Override
    public String name() {
        return "megatron";
    }

    @Override
    public boolean recognises(byte[] head) {
        return new String(head, StandardCharsets.ISO_8859_1)
                .lines()
                .map(MegatronLine::parse)
                .flatMap(Optional::stream)
                .anyMatch(line -> line.fields().containsKey("learning rate")
                        || line.fields().containsKey("number of skipped iterations"));
    }

    @Override
    public Reading read(LogSource source, Consumer<Frame> frames) {
        Path file = source.path();
        FrameWriter out = new FrameWriter(source.name(), frames);
        MegatronSteps steps = new MegatronSteps();
        Meter meter = new Meter(List.of(file), source.progress());
        try (Lines lines = new Lines(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                MegatronLine.parse(line.get()).ifPresent(parsed -> {
                    if (steps.goesBack(parsed)) {
                        out.nextIncarnation();
                    }
                    out.write(parsed.step(), parsed.time(), steps.read(parsed));
                });
                meter.at(lines.offset());
            }
        }
        meter.endOf(file);
        List<String> remarks = new ArrayList<>(steps.remarks());
        if (out.incarnation() > 0) {
            remarks.add("the iteration goes back " + out.incarnation() + " times: the run was restarted");
        }
        return new Reading(out.written(), 0, remarks);
    }
}
