using System.CommandLine;

namespace Pare.Cli;

/// <summary>What every verb takes.</summary>
internal sealed class CommonOptions : OptionGroup
{
    public CommonOptions() : base("Common options")
    {
        Seed = Added(Opt.Whole("--seed", "N", 0, int.MaxValue, 0, "Start of every random choice: the same seed on the same machine gives the same result."));
        Threads = Added(Opt.Whole("--threads", "N", 1, 1024, Environment.ProcessorCount, "Processor threads to use."));
        Json = Added(Opt.Flag("--json", "Print the result as one JSON object on standard output."));
        Quiet = Added(Opt.Flag("--quiet", "No progress on standard error.", "-q"));
    }

    public Option<int> Seed { get; }
    public Option<int> Threads { get; }
    public Option<bool> Json { get; }
    public Option<bool> Quiet { get; }
}
