package observatory.analysis.rules;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Losses of runs with which nothing is wrong, noisy in every way that losses are: whatever is paged here is a false
 * alarm. A stand-in for healthy runs that nobody has labelled; none was made after a log.
 */
public enum HealthyCurve {
    GAUSSIAN("Gaussian noise") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) + 0.05 * random.nextGaussian();
        }
    },
    HEAVY_TAILED("Student's t, 4 degrees of freedom") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) + 0.03 * student(4, random);
        }
    },
    VERY_HEAVY_TAILED("Student's t, 3 degrees of freedom") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) + 0.03 * student(3, random);
        }
    },
    ODD_BATCHES("one batch in 200 higher by 0.5 nat on average, exponentially") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i)
                    + 0.03 * random.nextGaussian()
                    + (random.nextInt(200) == 0 ? 0.5 * exponential(random) : 0);
        }
    },
    SKEWED("exponential noise") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) + 0.1 * exponential(random);
        }
    },
    SMOOTHED("logged smoothed, neighbours correlate with 0.9") {
        @Override
        IntToDoubleFunction from(Random random) {
            double[] smooth = {0};
            return i -> {
                smooth[0] = 0.9 * smooth[0] + random.nextGaussian();
                return trend(i) + 0.03 * smooth[0];
            };
        }
    },
    WANDERING("wanders by 2 % within hundreds of points") {
        @Override
        IntToDoubleFunction from(Random random) {
            double[] place = {0};
            return i -> {
                place[0] = 0.995 * place[0] + 0.1 * random.nextGaussian();
                return trend(i) * (1 + 0.02 * place[0]) + 0.03 * random.nextGaussian();
            };
        }
    },
    NEAR_ZERO_BY_FACTORS("noise by factors, near zero") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> (0.01 + 2 * Math.exp(-i / 150.0)) * Math.exp(0.5 * random.nextGaussian());
        }
    },
    AROUND_ZERO("around zero") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> 0.02 * student(6, random);
        }
    },
    ROUNDED_TO_ITS_LAST_DIGIT("rounded to its last digit") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> Math.round((0.0002 + Math.exp(-i / 100.0) + 0.00004 * random.nextGaussian()) * 1e4) / 1e4;
        }
    },
    SOURCES_IN_TURN("sources in turn, 2 % up and down in 200 points") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) * (1 + 0.02 * Math.sin(2 * Math.PI * i / 200)) + 0.02 * random.nextGaussian();
        }
    },
    TWO_SOURCES_MIXED("two sources 0.5 nat apart, drawn by point") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) + 0.03 * random.nextGaussian() + (random.nextInt(5) == 0 ? 0.5 : 0);
        }
    },
    TWO_SOURCES_IN_SHORT_BLOCKS("two sources 0.5 nat apart, in blocks of some 10 points") {
        @Override
        IntToDoubleFunction from(Random random) {
            return inBlocks(10, random);
        }
    },
    TWO_SOURCES_IN_LONG_BLOCKS("two sources 0.5 nat apart, in blocks of some 50 points") {
        @Override
        IntToDoubleFunction from(Random random) {
            return inBlocks(50, random);
        }
    },
    DATA_CHANGED("other data from the middle on, 3 % higher within 200 points") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) * (1 + 0.03 * Math.clamp((i - 1200) / 200.0, 0, 1)) + 0.03 * random.nextGaussian();
        }
    },
    RATE_CYCLES("a learning rate in cycles, 3 % higher after each restart of it") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> trend(i) * (1 + 0.015 * (1 + Math.cos(Math.PI * (i % 600) / 600.0)) * (i < 600 ? 0 : 1))
                    + 0.03 * random.nextGaussian();
        }
    },
    PLATEAU("a plateau from the start") {
        @Override
        IntToDoubleFunction from(Random random) {
            return i -> 2.6 + 0.03 * random.nextGaussian();
        }
    };

    private final String words;

    HealthyCurve(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** The loss by number of the point, to be asked in order. */
    abstract IntToDoubleFunction from(Random random);

    /** The losses of so many points. */
    public double[] losses(int points, Random random) {
        return IntStream.range(0, points).mapToDouble(from(random)).toArray();
    }

    static double trend(int i) {
        return 2.6 + 4 * Math.exp(-i / 20.0) + 4 / Math.sqrt(1 + i / 20.0);
    }

    private static IntToDoubleFunction inBlocks(int usual, Random random) {
        boolean[] high = {false};
        return i -> {
            high[0] ^= random.nextInt(usual) == 0;
            return trend(i) + 0.03 * random.nextGaussian() + (high[0] ? 0.5 : 0);
        };
    }

    private static double exponential(Random random) {
        return -Math.log(1 - random.nextDouble());
    }

    /** Student's t, of unit scale. */
    private static double student(int degrees, Random random) {
        double chi = 0;
        for (int i = 0; i < degrees; i++) {
            double one = random.nextGaussian();
            chi += one * one;
        }
        return random.nextGaussian() / Math.sqrt(chi / degrees);
    }
}
