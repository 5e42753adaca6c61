package observatory.trainer.cuda;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import observatory.probe.Frame;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Question;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;

/** The same recipe on both backends, step by step, with all that either of them told. */
final class Twins implements AutoCloseable {
    final List<Frame> onCpu = new ArrayList<>();
    final List<Frame> onCuda = new ArrayList<>();
    final CpuModel cpu;
    final CudaModel cuda;
    private final Workers workers = new Workers(1);
    private final Trainer cpuTrainer;
    private final Trainer cudaTrainer;
    private final Instruments<CudaTensor> cudaInstruments;

    Twins(ModelSpec spec, TrainingSpec training, Fault fault, List<? extends Question> questions) {
        Recipe recipe = new Recipe(spec, training, corpus(), fault);
        Instruments<Tensor> cpuInstruments = new Instruments<>(
                origin(), new CpuReducer(), item -> keep(onCpu, item), InstantSource.system(), System::nanoTime);
        CudaReducer reducer = new CudaReducer();
        this.cudaInstruments = new Instruments<>(
                origin(), reducer, item -> keep(onCuda, item), InstantSource.system(), System::nanoTime);
        cpuInstruments.install(questions);
        cudaInstruments.install(questions);
        this.cpu = new CpuModel(spec, training, fault, cpuInstruments, workers);
        this.cuda = new CudaModel(spec, training, fault, cudaInstruments, reducer);
        this.cpuTrainer = new Trainer(recipe, cpu, cpuInstruments, System::nanoTime);
        this.cudaTrainer = new Trainer(recipe, cuda, cudaInstruments, System::nanoTime);
    }

    Trainer.Result stepCpu() {
        return cpuTrainer.step();
    }

    Trainer.Result stepCuda() {
        return cudaTrainer.step();
    }

    /** The last frames on CUDA too, which a thread of its own reads. */
    void settle() {
        cudaInstruments.await();
    }

    boolean done() {
        return cpuTrainer.done();
    }

    @Override
    public void close() {
        cpu.close();
        cuda.close();
        workers.close();
    }

    private static boolean keep(List<Frame> frames, Telemetry item) {
        if (item instanceof Frame frame) {
            frames.add(frame);
        }
        return true;
    }

    private static Origin origin() {
        return new Origin(new RunId("twins"), 0, new UUID(1, 2), 0);
    }

    static Corpus corpus() {
        byte[] text = "the quick brown fox jumps over the lazy dog and runs away from the big bad wolf; "
                .repeat(40)
                .getBytes(StandardCharsets.US_ASCII);
        return new Corpus(List.of(new Corpus.Source("text", text)));
    }
}
