package observatory.trainer.cuda;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import observatory.trainer.Precision;

/** Runs the case table on the emulation in a file, in a JVM of its own; ends with status 7 where a case fails. */
final class Mutant {
    private Mutant() {}

    /** How it ended, and what it said. */
    record Ended(int status, String said) {}

    static Ended run(Path library, Precision... precisions) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Mutant.class.getName(),
                library.toString()));
        Stream.of(precisions).map(Precision::name).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), said);
    }

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) {
        System.load(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            Precision precision = Precision.valueOf(arguments[i]);
            for (KernelCase kernel : KernelCase.all()) {
                Measured measured = kernel.run(precision);
                if (!measured.verdict().equals("pass")) {
                    System.out.println(measured);
                    System.exit(7);
                }
            }
        }
    }
}
