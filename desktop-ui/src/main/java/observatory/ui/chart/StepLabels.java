package observatory.ui.chart;

import java.util.List;

/** What is written along the step axis: steps, or what stands for them, such as tokens or time. */
@FunctionalInterface
public interface StepLabels {
    StepLabels STEPS = (steps, most) -> Ticks.over(steps, Scale.LINEAR, most).stream()
            .filter(tick -> Math.rint(tick.position()) == tick.position())
            .map(tick -> tick.label().endsWith(".0")
                    ? new Ticks.Tick(tick.position(), Numbers.whole((long) tick.position()))
                    : tick)
            .toList();

    /** At most {@code most} marks, at positions in steps. */
    List<Ticks.Tick> over(Span steps, int most);

    /** What positions are, in a table or under a figure. */
    default String across() {
        return "step";
    }

    /** What stands at a position, for people or exactly. */
    default String at(long position, boolean exact) {
        return exact ? Long.toString(position) : Numbers.whole(position);
    }

    /** Whole numbers of something else than steps, such as layers. */
    static StepLabels numbersOf(String across) {
        return new StepLabels() {
            @Override
            public List<Ticks.Tick> over(Span numbers, int most) {
                return STEPS.over(numbers, most);
            }

            @Override
            public String across() {
                return across;
            }
        };
    }
}
