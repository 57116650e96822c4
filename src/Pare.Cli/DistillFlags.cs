using System.CommandLine;
using Pare.Recipes;

namespace Pare.Cli;

/// <summary>Everything that can be learnt from teachers.</summary>
internal sealed class DistillFlags : TeacherFlags
{
    private readonly Option<string[]> _hints, _attention;
    private readonly Option<double?> _hintWeight, _attentionWeight;
    private readonly Option<string?> _cache;

    public DistillFlags() : base(required: true)
    {
        var plan = new Distillation { Teachers = [] };
        _hints = Added(Pairs("--hint", "A tensor of the student that learns to hold what one of the first teacher does, through a regressor. May be repeated."));
        _hintWeight = Added(Opt.Number("--hint-weight", "W", 0, 1e9, $"Factor on the hints' loss. (default {plan.HintWeight})"));
        _attention = Added(Pairs("--attention", "A feature map of the student that learns to be active where one of the first teacher is. May be repeated."));
        _attentionWeight = Added(Opt.Number("--attention-weight", "W", 0, 1e9, $"Factor on the attention's loss. (default {plan.AttentionWeight})"));
        _cache = Added(Opt.Text("--cache", "DIR", "Keeps the teachers' outputs for later runs; not with --augment, --hint or --attention."));
    }

    public override Distillation? Read(VerbRun run)
    {
        if (base.Read(run) is not { } plan) return null;
        return (plan with
        {
            Hints = [.. (run.Get(_hints) ?? []).Select(TensorPair.Parse)],
            HintWeight = run.Get(_hintWeight) ?? plan.HintWeight,
            Attention = [.. (run.Get(_attention) ?? []).Select(TensorPair.Parse)],
            AttentionWeight = run.Get(_attentionWeight) ?? plan.AttentionWeight,
            Cache = run.Get(_cache),
        }).Validate();
    }

    private static Option<string[]> Pairs(string name, string help) => new(name) { HelpName = "STUDENT=TEACHER", Description = help };
}
