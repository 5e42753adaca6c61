package observatory.analysis.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

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
    public boolean recognises(Head head) {
        return head.lines().stream()
                .map(MegatronLine::parse)
                .flatMap(Optional::stream)
                .anyMatch(MegatronLine::isTraining);
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        FrameWriter out = new FrameWriter(source.name(), sink);
        MegatronSteps steps = new MegatronSteps();
        List<String> remarks = new ArrayList<>();
        TextLog.each(source, remarks::add, line -> {
            steps.evaluation(line);
            MegatronLine.parse(line).filter(parsed -> !steps.repeats(parsed)).ifPresent(parsed -> {
                if (steps.goesBack(parsed)) {
                    out.nextIncarnation();
                }
                out.write(parsed.step(), parsed.time(), steps.read(parsed));
            });
        });
        remarks.addAll(steps.remarks());
        if (out.incarnation() > 0) {
            remarks.add("the iteration goes back " + out.incarnation() + " times: the run was restarted");
        }
        return new Reading(out.written(), 0, remarks);
    }
}
