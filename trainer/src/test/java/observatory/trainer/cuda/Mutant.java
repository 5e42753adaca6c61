package observatory.trainer.cuda;

import observatory.trainer.Precision;

/** Runs the case table on the emulation in a file, in a JVM of its own; ends with status 7 where a case fails. */
final class Mutant {
    private Mutant() {}

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) {
        System.load(arguments[0]);
        for (Precision precision : new Precision[] {Precision.FP32, Precision.FP16}) {
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
