package observatory.cli.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import observatory.analysis.replay.Symptom;
import observatory.trainer.replay.Trial;

/** The same trial several times, each with other batches or in another order, under a key that is its own. */
record Repeats(Lab lab, int times) {

    /** Those that were done; fewer where the time was up. */
    List<Measured> of(Ground ground, Symptom symptom, String name, IntFunction<Trial> trial) {
        return of(ground, symptom, name, times, trial);
    }

    List<Measured> of(Ground ground, Symptom symptom, String name, int often, IntFunction<Trial> trial) {
        List<Lab.Job> jobs = IntStream.range(0, often)
                .mapToObj(repeat -> job(ground, symptom, name, repeat, trial.apply(repeat)))
                .toList();
        return new ArrayList<>(lab.measure(name, jobs).values());
    }

    static Lab.Job job(Ground ground, Symptom symptom, String name, int repeat, Trial trial) {
        return new Lab.Job(key(ground, name, repeat), trial.asking(Questions.of(symptom)), symptom, Optional.empty());
    }

    static String key(Ground ground, String name, int repeat) {
        return ground.start().step() + " " + ground.first() + "-" + ground.last() + " " + name + " #" + repeat;
    }
}
