using System.Globalization;
using System.Text.RegularExpressions;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>Which node of a graph a kernel of ONNX Runtime stands for, as far as names tell.</summary>
internal sealed partial class KernelOwners
{
    private readonly Model _model;
    private readonly Dictionary<string, int> _makers;
    private readonly HashSet<int> _named = [];

    public KernelOwners(Model model, IEnumerable<KernelTimes> kernels)
    {
        (_model, _makers) = (model, model.Graph.Makers());
        foreach (var kernel in kernels)
            if ((ByName(kernel) ?? ByValue(kernel)) is { } node) _named.Add(node);
    }

    /// <summary>The node's position; -1 for a kernel that the runtime put in.</summary>
    public int IndexOf(KernelTimes kernel) => ByName(kernel) ?? (ByValue(kernel) is { } maker ? Source(maker, kernel.Op) : -1);

    private static int? ByName(KernelTimes kernel) =>
        TokenPattern().Match(kernel.Name) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    private int? ByValue(KernelTimes kernel) =>
        NchwcPattern().Match(kernel.Name) is { Success: true } match && _makers.TryGetValue(match.Groups[1].Value, out var maker) ? maker : null;

    /// <summary>The only node of an operator among those that lead to a node's result without a kernel of their own; the node itself where there is not just one.</summary>
    private int Source(int maker, string op)
    {
        if (_model.Graph.Nodes[maker].OpType == op) return maker;
        var found = new HashSet<int>();
        var waiting = new Stack<int>([maker]);
        while (waiting.TryPop(out var node))
        {
            foreach (var input in _model.Graph.Nodes[node].Inputs)
            {
                if (!_makers.TryGetValue(input, out var before) || _named.Contains(before)) continue;
                if (_model.Graph.Nodes[before].OpType != op) waiting.Push(before);
                else found.Add(before);
            }
        }
        return found.Count == 1 ? found.Single() : maker;
    }

    [GeneratedRegex(@"pare\.node\.(\d+)\.")]
    private static partial Regex TokenPattern();

    // The block layout of convolutions; a second of the same name gets a number.
    [GeneratedRegex(@"^(.+)_nchwc(?:_token_\d+|_\d+)?$")]
    private static partial Regex NchwcPattern();
}
