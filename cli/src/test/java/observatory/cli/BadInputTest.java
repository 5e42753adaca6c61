package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import observatory.stream.cluster.BrokerFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person mistypes is answered by one line that names the thing, the value and the next step. */
@ResourceLock(Resources.SYSTEM_ERR)
class BadInputTest {
    @TempDir
    Path folder;

    @BeforeEach
    void texts() throws IOException {
        Files.writeString(folder.resolve("empty.txt"), "");
        Files.writeString(folder.resolve("small.txt"), "x".repeat(500));
        Files.writeString(folder.resolve("public.pub"), "ed25519 AAAA alice\n");
        Files.writeString(folder.resolve("a-file"), "no folder");
        Files.writeString(folder.resolve("odd.yaml"), "layerz: 3\n");
        Files.writeString(folder.resolve("twice.yaml"), "layers: 2\nlayers: 3\n");
        Files.writeString(folder.resolve("torn.yaml"), "layers: 3\nheads: [1\n");
        Files.writeString(folder.resolve("wrong.yaml"), "norm: rmsnrm\n");
        Files.writeString(folder.resolve("list.yaml"), "mixture: [java=1, prose=2]\n");
        Files.writeString(folder.resolve("chain.yaml"), "spec: good.yaml\n");
        Files.writeString(folder.resolve("good.yaml"), "training: {batch: 10, ranks: 2}\nlayers: 2\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    demo --bogus                               | 2 | there is no option --bogus; see, demo --help
                    watch --alert {}/small.txt                 | 2 | there is no option --alert; did you mean --alerts? See
                    bogus                                      | 2 | there is no command observatory bogus, --help
                    postmort {}/small.txt                      | 2 | did you mean postmortem? See
                    demo --corpis {}/small.txt                 | 2 | did you mean --corpus? See
                    bench bogus                                | 2 | there is no command observatory bench bogus, --help
                    completion bash                            | 2 | more than it takes: bash, completion --help
                    keys new {}/absent/a.key                   | 3 | there is no folder, absent, make it
                    demo --steps many                          | 2 | --steps, 'many' is no whole number
                    demo --learning-rate much                  | 2 | 'much' is no number
                    demo --steps 0                             | 2 | steps=0, try --steps
                    demo --corpus {}/absent                    | 6 | there is no corpus, check the path
                    demo --corpus {}/empty.txt                 | 6 | corpus is empty, give a file or a folder
                    demo --corpus {}/small.txt                 | 2 | corpus=500 bytes, batch=8 x 128, give more text
                    demo --data-dir {}/a-file/below            | 3 | cannot write to the data directory, --data-dir
                    demo --width 100 --heads 12                | 2 | heads must divide width, heads=12, try heads=10
                    demo --context 1                           | 2 | context=1, try context=128
                    demo --fault nan@900                       | 2 | after the last step, steps=400, try nan@
                    demo --fault flood@3                       | 2 | flood@3, bad-batch@200
                    demo --fault nan@zero                      | 2 | nan@zero, try nan@200
                    demo --port 99999                          | 2 | port=99999, try --port
                    demo --fault fp16-overflow@9 --precision fp32 | 2 | precision=fp32, --precision fp16
                    train --norm batchnorm                     | 2 | --norm, one of [layernorm, rmsnorm], 'batchnorm'
                    train --norm rmsnrm                        | 2 | 'rmsnrm', did you mean rmsnorm? See observatory train --help
                    train --spec {}/wrong.yaml                 | 2 | in the spec, --norm, one of [layernorm, 'rmsnrm'
                    train --heads 5                            | 2 | heads must divide width, try heads=4
                    train --spec {}/absent.yaml                | 3 | there is no spec, check the path
                    train --spec {}/odd.yaml                   | 2 | no option layerz, did you mean layers
                    train --spec {}/torn.yaml                  | 3 | neither YAML nor JSON, line, expected
                    train --spec {}/list.yaml                  | 2 | lacks: prose
                    train --spec {}/good.yaml --ranks 3        | 2 | batch=10, ranks=3, try batch=12
                    train --spec {}/twice.yaml                 | 3 | twice.yaml, Duplicate, layers
                    train --spec {}/chain.yaml                 | 2 | names no other spec, chain.yaml
                    train --steps 9 --layers 2 --steps 8       | 2 | --steps stands twice, leave one
                    train --fault nan@900                      | 2 | after the last step, steps=400, try nan@
                    train --loss-scale 4                       | 2 | precision=fp32, --precision fp16
                    train --control-ceiling 5                  | 2 | from 0 to 1, --control-ceiling=5.0, try 0.05
                    attach 2147483647 --control-ceiling -1     | 2 | from 0 to 1, --control-ceiling=-1.0, try 0.05
                    attach 2147483647 --data-dir {} --bootstrap nowhere | 3 | Kafka at nowhere, write bootstrap.servers as HOST:PORT
                    train --layers 99999 --width 99999 --heads 1 | 2 | parameters, this machine has, try fewer --layers
                    train --batch 4096 --context 16384         | 2 | micro-batch=4096 x 16384, this machine has, --micro-batch
                    train --batch 2000000 --micro-batch 1 --context 2000 | 2 | batch=2000000, context=2000, try --batch
                    train --mixture md=0                       | 2 | at least one source, md=0.0, try
                    train --ramp soon                          | 2 | two numbers with a colon, --ramp 16:100
                    train --curriculum 1:5                     | 2 | 2 tokens or more, start=1
                    train --curriculum 0:5                     | 2 | 2 tokens or more, start=0
                    train --curriculum 129:5                   | 2 | start=129, context=128, try a longer --context
                    train --ramp 0:5                           | 2 | between 1 and the batch, start=0
                    train --mixture java=1,prose=1             | 2 | lacks: prose, its sources are
                    train --mixture prose=1                    | 2 | lacks: prose, its sources are
                    train --vocab {}/small.txt                 | 2 | both its files, --merges
                    train --corpus {}/small.txt --context 600  | 2 | longest=475 tokens, context=600
                    train --resume {}/absent                   | 6 | no checkpoint at, state.json
                    postmortem {}/absent                       | 6 | absent, check the path
                    postmortem {}/small.txt                    | 6 | no known log format, --format
                    postmortem {}/empty.txt                    | 6 | the log is empty, first step
                    postmortem /dev/null                       | 6 | a device or a pipe, to a file first
                    postmortem {}/small.txt --format megatorn  | 2 | --format, one of [tensorboard, 'megatorn', did you mean megatron? See
                    dashboard {}/small.txt --format abacus     | 2 | --format, one of [tensorboard, 'abacus'; see
                    postmortem {}/small.txt --column loss      | 2 | --column, postmortem --help
                    postmortem {}/small.txt --fail-on terrible | 2 | terrible, critical
                    spectrum {}/absent                         | 6 | there is no file of weights, check the path
                    spectrum /dev/null                         | 6 | a device or a pipe, to a file first
                    spectrum {}/small.txt                      | 6 | neither safetensors nor NumPy nor ONNX, save the weights
                    spectrum {}/small.txt --layers [           | 2 | --layers, no regular expression
                    spectrum {}/small.txt --threads 0          | 2 | --threads is at least 1
                    topics create --bootstrap 127.0.0.1:1 --partitions 0 | 2 | partitions=0, try --partitions
                    topics create --data-dir {}/none           | 4 | no broker is named, observatory broker, --bootstrap
                    topics create --bootstrap 127.0.0.1:1 --prefix a_b | 2 | prefix=a_b, try observatory.
                    runs --kafka-config {}/absent.properties   | 3 | there is no configuration, check the path
                    runs --kafka-config {}                     | 3 | the configuration, is a folder, name the file itself
                    runs --kafka-config {}/small.txt           | 3 | small.txt names no broker, bootstrap.servers is not set, --bootstrap
                    attach 2147483647 --kafka-config {}/absent.properties --data-dir {}/new | 3 | there is no configuration, check the path
                    runs --config {}/a-file --bootstrap no:port:at:all | 3 | no:port:at:all, write bootstrap.servers as HOST:PORT
                    runs --bootstrap localhost                 | 3 | Kafka at localhost, write bootstrap.servers as HOST:PORT
                    runs --bootstrap localhost:99999           | 3 | localhost:99999, write bootstrap.servers as HOST:PORT
                    runs --bootstrap nowhere.invalid:9092      | 4 | nowhere.invalid:9092 cannot be found, correct the name
                    watch --bootstrap nowhere.invalid:9092 --data-dir {}/new | 4 | nowhere.invalid:9092 cannot be found, correct the name
                    watch --instance a/b --bootstrap 127.0.0.1:1 | 2 | an instance is named by, --instance=a/b, try --instance one
                    train --metrics-port 0 --data-dir {}/none  | 2 | none is named, --bootstrap, observatory watch
                    relay --metrics-port 99999 --bootstrap 127.0.0.1:1 --data-dir {}/new | 2 | port=99999, try --metrics-port 0
                    relay --kafka-config {}/absent.properties --data-dir {}/new | 3 | there is no configuration, check the path
                    tail {}/small.txt --kafka-config {}/absent.properties --data-dir {}/new | 3 | there is no configuration, check the path
                    runs nobody --data-dir {}/none             | 2 | there is no run nobody
                    attach --detach                            | 2 | --detach needs, observatory attach
                    attach -5 --bootstrap 127.0.0.1:1          | 4 | no process -5, observatory attach
                    attach --python {}/absent/watch.py         | 3 | cannot write, name a folder
                    attach --python {}/a-file                  | 3 | differs, name another place
                    relay --bootstrap no:1 --control-key {}/empty.txt | 3 | empty.txt holds no public keys, it is empty, observatory keys new
                    relay --bootstrap no:1 --control-key {}/absent | 3 | there is no public key, check the path
                    keys new {}/a-file --name ops              | 3 | never overwritten, name another
                    keys new {}/ops.key --name a/b             | 2 | an operator is named by, try alice
                    probes add spectrum --run r --key {}/ops.key | 2 | no probe is called spectrum, did you mean weight-spectrum
                    probes add activation-shape --every 0 --run r --key {}/ops.key | 2 | --every 0, every step
                    probes profile --run r --key {}/public.pub --bootstrap 127.0.0.1:1 | 3 | is the public part, sign with public
                    probes profile --run r --key {}/ops.key --bootstrap 127.0.0.1:1 | 3 | there is no private key, ops.key, check the path
                    bench stream --sites 5000                  | 2 | sites=5000, try --sites
                    bench variants position                    | 2 | its values: position, write position=rotary,alibi
                    bench variants positon=alibi               | 2 | no option positon, did you mean position?, train --help
                    bench variants run=a,b                     | 2 | in the variant run=a,b, every run has its own run, leave it out
                    bench variants heads=2,3                   | 2 | cannot train heads=3, heads must divide width
                    bench variants --heads 3                   | 2 | cannot train the baseline, heads must divide width
                    bench variants --layers many               | 2 | cannot train the baseline, --layers, 'many' is no whole number
                    bench variants --rates 0.1                 | 2 | two or more rates, --rates 0.1, try --rates
                    bench variants --rates 0.1,x               | 2 | --rates, 'x' is no number
                    bench variants --seeds 0                   | 2 | --seeds 0, try --seeds 5
                    bench variants --threads 0                 | 2 | at least 1, threads=0
                    bench variants --seed 3                    | 2 | there is no option --seed, did you mean --seeds?
                    bench variants --spec {}/odd.yaml          | 2 | in the spec, no option layerz, did you mean layers
                    bench variants --runs {}/small.txt         | 6 | line 1 of, small.txt is no run of variants, name another file
                    plan                                       | 2 | --flops, --gpu-hours
                    plan --flops many                          | 2 | --flops, many, write 13e9
                    plan --flops 1e20 --noise-scale 1M         | 2 | --noise-loss
                    plan --flops 1e20 --law 1,2,3              | 2 | --law, besiroglu
                    plan --flops 1e20 --batch 4 --first-batch 8 | 2 | first=8, last=4
                    plan fit {}/absent                         | 6 | there is no table, check the path
                    plan fit {}/small.txt                      | 6 | needs a column parameters
                    plan size {}/small.txt --reference 1B=1,2B=2 | 6 | no JSON
                    plan size {}/small.txt --reference 1B=1    | 2 | two members, members=1; add one as SIZE=SCORE
                    alerts list --data-dir {}/none             | 3 | no alerts were ever watched for, observatory watch
                    alerts test --alerts {}/absent             | 3 | there is no alerts file, check the path
                    alerts test --alerts {}/small.txt          | 3 | expected settings by name
                    tail {}/absent --once --jsonl              | 6 | there is no log, check the path
                    tail {}/small.txt --data-dir {}/none       | 4 | no broker is named, observatory broker, --bootstrap
                    """)
    void isOneLineWithTheNextStep(String line, int exitCode, String says) {
        String[] arguments = line.replace("{}", folder.toString()).split(" +");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(err, true));
        try {
            assertEquals(exitCode, Observatory.run(arguments), err::toString);
        } finally {
            System.setErr(before);
        }
        String said = err.toString();
        for (String part : says.split(", ")) {
            assertTrue(said.contains(part), "'" + part + "' is not in: " + said);
        }
        assertEquals(1, said.lines().count(), said);
        assertFalse(said.contains("\tat "), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"train --run r --steps 3", "demo --headless --steps 3", "broker"})
    void whileAnotherStartsABrokerNothingBegins(String line) throws IOException {
        Path data = folder.resolve("data");
        BrokerFolder other = BrokerFolder.take(data.resolve("broker"));
        isOneLineWithTheNextStep(
                line + " --data-dir " + data, 3, "just starts or ends a broker on, wait until it runs, --data-dir");
        other.close();
        assertFalse(Files.exists(data.resolve("checkpoints")), "the run's name is taken");
        assertFalse(Files.exists(data.resolve("spool")), "something waits to be sent");
    }

    @Test
    void leavesNothingHalfWritten() throws IOException {
        Path data = folder.resolve("data");
        assertEquals(
                ExitCode.USAGE,
                Observatory.run("demo", "--data-dir", data.toString(), "--width", "100", "--heads", "12"));
        try (Stream<Path> written = Files.list(folder)) {
            assertTrue(written.noneMatch(data::equals));
        }
    }
}
