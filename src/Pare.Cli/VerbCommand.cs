using System.CommandLine;

namespace Pare.Cli;

/// <summary>One verb: arguments, options in titled groups, an example, and a body. Every verb has the common options.</summary>
internal sealed class VerbCommand : Command
{
    public VerbCommand(string name, string summary, params ReadOnlySpan<OptionGroup> groups) : base(name, summary)
    {
        var common = new CommonOptions();
        Groups = [.. groups, common];
        foreach (var option in Groups.SelectMany(g => g)) Options.Add(option);
        SetAction((parse, cancel) =>
        {
            Body?.Invoke(new VerbRun(parse, common, cancel));
            return Task.CompletedTask;
        });
    }

    public IReadOnlyList<OptionGroup> Groups { get; }

    /// <summary>Command lines that work as they stand, for the help.</summary>
    public string[] Examples { get; init; } = [];

    /// <summary>A paragraph for the verb's own help; empty where the summary says all.</summary>
    public string Details { get; init; } = "";

    public Action<VerbRun>? Body { get; init; }
}
