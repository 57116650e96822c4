using System.CommandLine;
using Pare.Data;
using Pare.Ort;

namespace Pare.Cli;

/// <summary>How a network is run to be timed. Defined once for every verb that times.</summary>
internal sealed class BenchFlags : OptionGroup
{
    private readonly Option<int?> _batch;
    private readonly Option<double?> _seconds;
    private readonly Option<string?> _size;

    /// <param name="batchHelp">What the batch is where none is given.</param>
    /// <param name="seconds">Time on each network where none is given.</param>
    public BenchFlags(string batchHelp = "1, or the network's own number where it fixes one", double seconds = 2) : base("Measuring")
    {
        Seconds = seconds;
        _batch = Added(Opt.MaybeWhole("--batch", "N", 1, 65_536, $"Examples in one run. (default: {batchHelp})"));
        _seconds = Added(Opt.Number("--seconds", "S", 0.05, 3600, $"Time to spend on each network. (default {seconds})"));
        _size = Added(Opt.Text("--size", "WxH", "Size of pictures; needed where a network leaves it open."));
    }

    private double Seconds { get; }

    /// <summary>What only timing looks at.</summary>
    public Option[] Timing => [_batch, _seconds];

    public int? Batch(VerbRun run) => run.Get(_batch);

    /// <exception cref="BadInputException">The size cannot be read.</exception>
    public LatencyOptions Read(VerbRun run) => new()
    {
        Batch = run.Get(_batch),
        Size = run.Get(_size) is { } text ? PictureSize.Parse(text) : null,
        Budget = TimeSpan.FromSeconds(run.Get(_seconds) ?? Seconds),
        Run = new OrtOptions { Threads = run.Threads },
        Seed = run.Seed,
    };
}
