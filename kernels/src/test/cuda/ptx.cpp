// Memory, and what threads do together, of ptx.h.
#include "ptx.h"

#include <cfenv>
#include <deque>

namespace ptx {
namespace {
enum class State : unsigned char { NONE, RUBBISH, COMING, WRITTEN };

/** When a thread did something: barriers of the block and of the warp that it had passed. */
struct Moment {
    int thread = -1;
    long barriers = 0, warpBarriers = 0;
    bool atomic = false;

    /** Whether nothing is between this and the other, of another thread of the same block. */
    bool races(const Moment& other) const {
        return thread >= 0 && other.thread >= 0 && thread != other.thread && barriers == other.barriers &&
               !(thread / 32 == other.thread / 32 && warpBarriers != other.warpBarriers) && !(atomic && other.atomic);
    }
};

/** Four bytes of shared memory. */
struct Word {
    State state = State::NONE;
    Moment writer, readers[2];
};

struct Copy {
    unsigned to, size;
    std::uint64_t from;
};

struct Mine {
    long barriers = 0, warpBarriers = 0;
    std::vector<Copy> issued;
    std::deque<std::vector<Copy>> committed;
};

constexpr unsigned char RUBBISH = 0xcb;
long block = -1;
std::vector<unsigned char> bytes;
std::vector<Word> words;
std::vector<Mine> threads;

int number() {
    const dim3 at = emulation::threadIndex(), size = emulation::blockSize;
    return static_cast<int>(at.x + size.x * (at.y + size.y * at.z));
}

Mine& mine() { return threads[number()]; }

Moment now(bool atomic = false) { return {number(), mine().barriers, mine().warpBarriers, atomic}; }

void aligned(std::uint64_t address, int size, int line) {
    if (address % size != 0) fault("misaligned address", address, line);
}

void whole(unsigned mask, int line) {
    if (mask != 0xffffffffu) fault("only full warps are emulated, mask", mask, line);
}

Word* sharedWords(unsigned address, int size, int line) {
    aligned(address, size, line);
    if (size < 4) fault("shared memory in less than words is not emulated", address, line);
    if (std::size_t(address) + size > bytes.size()) fault("outside of shared memory", address, line);
    for (int i = 0; i < size / 4; i++) {
        if (words[address / 4 + i].state == State::NONE) fault("outside of a variable in shared memory", address, line);
    }
    return &words[address / 4];
}

void reads(Word& word, unsigned address, int line) {
    if (word.state == State::RUBBISH) fault("shared memory that nobody has written", address, line);
    if (word.state == State::COMING) fault("shared memory to which a copy is under way", address, line);
    const Moment me = now();
    if (word.writer.races(me)) fault("shared memory read without a barrier after another thread's write", address, line);
    if (word.readers[0].barriers != me.barriers || word.readers[0].thread == me.thread || word.readers[0].thread < 0) {
        if (word.readers[0].barriers != me.barriers) word.readers[1] = Moment();
        word.readers[0] = me;
    } else {
        word.readers[1] = me;
    }
}

void writes(Word& word, const Moment& me, State state, unsigned address, int line) {
    if (word.writer.races(me)) fault("shared memory written by two threads without a barrier", address, line);
    for (const Moment& reader : word.readers) {
        if (reader.races(me)) fault("shared memory written without a barrier after another thread's read", address, line);
    }
    word.writer = me;
    word.state = state;
}

/** What every lane gives at an instruction that they execute together, in the order of the lanes. */
template <class T>
struct Lanes {
    T at[32];
};
template <class T>
Lanes<T> together(T x, int what, int line) {
    struct Given {
        T x;
        int what;
    };
    Given given = {x, what}, all[32];
    emulation::gather(&given, all, sizeof given);
    Lanes<T> lanes;
    for (int lane = 0; lane < 32; lane++) {
        if (all[lane].what != what) fault("lanes of a warp are at different instructions, the other", all[lane].what, line);
        lanes.at[lane] = all[lane].x;
    }
    return lanes;
}

template <class T>
bool subnormal(T x) {
    return std::fpclassify(x) == FP_SUBNORMAL;
}
} // namespace

void fault(const char* what, std::uint64_t address, int line) {
    std::fprintf(stderr, "ptx: %s at line %d: %s: 0x%llx, thread %d of block %u,%u\n", emulation::kernelName(), line, what,
                 static_cast<unsigned long long>(address), number(), emulation::blockIndex.x, emulation::blockIndex.y);
    std::abort();
}

void* global(std::uint64_t address, int size, int line) {
    aligned(address, size, line);
    if (!emulation::allocated(address, size)) fault("outside of global memory", address, line);
    return reinterpret_cast<void*>(address);
}

void* local(const Local& mine, std::uint64_t address, int size, int line) {
    aligned(address, size, line);
    const std::uint64_t from = reinterpret_cast<std::uint64_t>(mine.from);
    if (address < from || address + size > from + mine.size) fault("outside of local memory", address, line);
    return reinterpret_cast<void*>(address);
}

void* sharedToRead(unsigned address, int size, int line) {
    Word* const at = sharedWords(address, size, line);
    for (int i = 0; i < size / 4; i++) reads(at[i], address, line);
    return &bytes[address];
}

void* sharedToWrite(unsigned address, int size, int line) {
    Word* const at = sharedWords(address, size, line);
    for (int i = 0; i < size / 4; i++) {
        if (at[i].state == State::COMING) fault("write to where a copy is under way", address, line);
        writes(at[i], now(), State::WRITTEN, address, line);
    }
    return &bytes[address];
}

void* sharedToAdd(unsigned address, int size, int line) {
    Word* const at = sharedWords(address, size, line);
    for (int i = 0; i < size / 4; i++) {
        if (at[i].state != State::WRITTEN) fault("shared memory that nobody has written", address, line);
        writes(at[i], now(true), State::WRITTEN, address, line);
    }
    return &bytes[address];
}

void begin(const Variable* variables, int count, unsigned dynamic) {
    if (block == emulation::blockNumber()) return;
    block = emulation::blockNumber();
    bytes.assign(dynamic + emulation::dynamicSize(), RUBBISH);
    words.assign(bytes.size() / 4, Word());
    const auto there = [](unsigned at, std::size_t size) {
        for (std::size_t i = at / 4; i < (at + size) / 4; i++) words[i].state = State::RUBBISH;
    };
    for (int i = 0; i < count; i++) there(variables[i].at, variables[i].size);
    there(dynamic, emulation::dynamicSize());
    threads.assign(emulation::blockSize.x * emulation::blockSize.y * emulation::blockSize.z, Mine());
}

void barrier() {
    emulation::barrier();
    mine().barriers++;
}

void warpBarrier(unsigned mask, int line) {
    whole(mask, line);
    together(0, 1, line);
    mine().warpBarriers++;
}

// The next three as in the PTX ISA, "shfl.sync", with c = segment mask << 8 | clamp.
static unsigned shuffle(unsigned x, unsigned from, unsigned last, bool& valid, int line, int what) {
    valid = from <= last;
    return together(x, what, line).at[valid ? from : emulation::lane()];
}

unsigned shuffleButterfly(unsigned x, unsigned b, unsigned c, unsigned mask, bool& valid, int line) {
    whole(mask, line);
    const unsigned lane = emulation::lane(), segment = c >> 8 & 31;
    return shuffle(x, lane ^ (b & 31), (lane & segment) | (c & 31 & ~segment), valid, line, 2);
}

unsigned shuffleIndexed(unsigned x, unsigned b, unsigned c, unsigned mask, bool& valid, int line) {
    whole(mask, line);
    const unsigned lane = emulation::lane(), segment = c >> 8 & 31;
    return shuffle(x, (lane & segment) | (b & 31 & ~segment), (lane & segment) | (c & 31 & ~segment), valid, line, 3);
}

bool any(bool x, unsigned mask, int line) {
    whole(mask, line);
    const Lanes<bool> lanes = together(x, 4, line);
    return std::find(lanes.at, lanes.at + 32, true) != lanes.at + 32;
}

unsigned reduceAdd(unsigned x, unsigned mask, int line) {
    whole(mask, line);
    unsigned sum = 0;
    for (const unsigned each : together(x, 5, line).at) sum += each;
    return sum;
}

unsigned reduceMax(unsigned x, unsigned mask, int line) {
    whole(mask, line);
    const Lanes<unsigned> lanes = together(x, 6, line);
    return *std::max_element(lanes.at, lanes.at + 32);
}

void copyAsync(unsigned to, std::uint64_t from, unsigned size, int line) {
    if (size > 0) global(from, 16, line);
    aligned(from, 16, line);
    Word* const at = sharedWords(to, 16, line);
    for (int i = 0; i < 4; i++) {
        if (at[i].state == State::COMING) fault("copy to where another is under way", to, line);
        writes(at[i], now(), State::COMING, to, line);
    }
    mine().issued.push_back({to, size, from});
}

void commitCopies() {
    mine().committed.push_back(std::move(mine().issued));
    mine().issued.clear();
}

void awaitCopies(unsigned pending) {
    while (mine().committed.size() > pending) {
        for (const Copy& copy : mine().committed.front()) {
            std::memset(&bytes[copy.to], 0, 16);
            std::memcpy(&bytes[copy.to], reinterpret_cast<const void*>(copy.from), copy.size);
            for (int i = 0; i < 4; i++) {
                Word& word = words[copy.to / 4 + i];
                word.state = State::WRITTEN;
                word.writer = now();
            }
        }
        mine().committed.pop_front();
    }
}

// Fragments as in the PTX ISA: "ldmatrix", and "matrix fragments for mma.m16n8k16 with floating point type".
static Pack<unsigned, 4> matrices(unsigned row, bool transposed, int line) {
    const Lanes<unsigned> rows = together(row, line, line);
    sharedToRead(row, 16, line); // of this lane, whoever uses it
    const int lane = emulation::lane();
    Pack<unsigned, 4> r;
    for (int matrix = 0; matrix < 4; matrix++) {
        std::uint16_t two[2];
        for (int i = 0; i < 2; i++) {
            const int of = transposed ? lane % 4 * 2 + i : lane / 4, at = transposed ? lane / 4 : lane % 4 * 2 + i;
            std::memcpy(&two[i], &bytes[rows.at[8 * matrix + of] + 2 * at], 2);
        }
        std::memcpy(&r.at[matrix], two, 4);
    }
    return r;
}

Pack<unsigned, 4> loadMatrices(unsigned row, int line) { return matrices(row, false, line); }
Pack<unsigned, 4> loadMatricesTransposed(unsigned row, int line) { return matrices(row, true, line); }

/**
 * A sum as the most careless of tensor cores makes it: addends cut to 24 bits from the largest one's first on, and so the sum
 * (Fasi et al. 2021, doi 10.7717/peerj-cs.330). What follows from it has to be within the tolerances of the cases.
 */
static float cutSum(const double (&addends)[17]) {
    double largest = 0, sum = 0;
    for (const double addend : addends) largest = std::isnan(addend) ? addend : std::max(largest, std::fabs(addend));
    const bool cut = largest > 0 && std::isfinite(largest);
    const double unit = cut ? std::ldexp(1, std::ilogb(largest) - 23) : 0;
    for (const double addend : addends) sum += cut ? std::trunc(addend / unit) * unit : addend;
    const float rounded = static_cast<float>(sum);
    return std::isfinite(rounded) && std::fabs(rounded) > std::fabs(sum) ? std::nextafter(rounded, 0.f) : rounded;
}

Pack<float, 4> multiplyAdd(Half format, Pack<unsigned, 4> a, Pack<unsigned, 2> b, Pack<float, 4> c, int line) {
    const auto element = [&](const unsigned* words, int i) {
        return widen(format, static_cast<std::uint16_t>(words[i / 2] >> 16 * (i % 2)));
    };
    Pack<float, 12> given;
    for (int i = 0; i < 8; i++) given.at[i] = element(a.at, i);
    for (int i = 0; i < 4; i++) given.at[8 + i] = element(b.at, i);
    const Lanes<Pack<float, 12>> lanes = together(given, line, line);
    float left[16][16], right[16][8];
    for (int lane = 0; lane < 32; lane++) {
        const int group = lane >> 2, inGroup = lane % 4;
        for (int i = 0; i < 8; i++) {
            const int row = i < 2 || (4 <= i && i < 6) ? group : group + 8, column = inGroup * 2 + (i & 1) + (i >= 4 ? 8 : 0);
            left[row][column] = lanes.at[lane].at[i];
        }
        for (int i = 0; i < 4; i++) right[inGroup * 2 + (i & 1) + (i >= 2 ? 8 : 0)][group] = lanes.at[lane].at[8 + i];
    }
    for (int i = 0; i < 4; i++) {
        const int row = emulation::lane() / 4 + (i < 2 ? 0 : 8), column = emulation::lane() % 4 * 2 + (i & 1);
        double addends[17] = {c.at[i]};
        for (int k = 0; k < 16; k++) addends[k + 1] = static_cast<double>(left[row][k]) * right[k][column];
        c.at[i] = cutSum(addends);
    }
    return c;
}

float widen(Half format, std::uint16_t x) {
    return format == Half::F16 ? __half2float({x}) : __bfloat162float({x});
}

std::uint16_t narrow(Half format, float x) {
    return format == Half::F16 ? __float2half_rn(x).bits : __float2bfloat16_rn(x).bits;
}

template <class Choose>
static unsigned pairwise(Half format, unsigned a, unsigned b, Choose choose) {
    unsigned pair = 0;
    for (int shift = 0; shift < 32; shift += 16) {
        const std::uint16_t left = a >> shift, right = b >> shift;
        pair |= unsigned(narrow(format, choose(widen(format, left), widen(format, right)))) << shift;
    }
    return pair;
}

unsigned maxPair(Half format, unsigned a, unsigned b) { return pairwise(format, a, b, max<float>); }
unsigned minPair(Half format, unsigned a, unsigned b) { return pairwise(format, a, b, min<float>); }

__attribute__((noinline)) float fmaDown(float a, float b, float c) {
    const int before = std::fegetround();
    std::fesetround(FE_DOWNWARD);
    const volatile float x = a, y = b, z = c;
    const volatile float sum = std::fma(x, y, z);
    std::fesetround(before);
    return sum;
}

float exp2Approximate(float x) {
    const float y = std::exp2(subnormal(x) ? 0 : x);
    return subnormal(y) ? 0 : y;
}

float reciprocalApproximate(float x) {
    const float y = 1 / (subnormal(x) ? std::copysign(0.f, x) : x);
    return subnormal(y) ? std::copysign(0.f, y) : y;
}

bool enlist(const char* name, Kernel kernel, std::vector<Variable> parameters) {
    const unsigned size = parameters.empty() ? 0 : parameters.back().at + parameters.back().size;
    return emulation::registry().emplace(name, [=](void** arguments) {
        struct alignas(16) Sixteen {
            unsigned char at[16];
        };
        std::vector<Sixteen> block(size / 16 + 1);
        unsigned char* const bytes = block.data()->at;
        for (std::size_t i = 0; i < parameters.size(); i++) std::memcpy(bytes + parameters[i].at, arguments[i], parameters[i].size);
        return [=] { kernel(block.data()->at); };
    }).second;
}
} // namespace ptx
