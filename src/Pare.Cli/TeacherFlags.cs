using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using Pare.Zoo;

namespace Pare.Cli;

/// <summary>Which networks are followed, and how much their outputs count.</summary>
internal class TeacherFlags : OptionGroup
{
    private static readonly TrainOptions Default = new();
    private readonly Option<string[]> _teachers;
    private readonly Option<double?> _share, _temperature;

    /// <param name="required">Whether there must be a teacher.</param>
    public TeacherFlags(bool required) : base("Teacher")
    {
        _teachers = Added(new Option<string[]>("--teacher") { HelpName = "MODEL", Description = "A trained network that is followed; several are averaged. May be repeated.", Required = required });
        _share = Added(Opt.Number("--teacher-share", "S", 0, 1, $"Share of the loss that follows the teachers' outputs, the rest follows the labels. (default {Default.TeacherShare}; 1 without labels)"));
        _temperature = Added(Opt.Number("--temperature", "T", 0, 1000, $"Softens teachers and student alike. (default {Default.Temperature})"));
    }

    /// <summary>The training options with what the flags say of teachers.</summary>
    /// <param name="labelled">Whether there are labels to follow besides.</param>
    public TrainOptions Apply(VerbRun run, TrainOptions options, bool labelled = true) => (options with
    {
        TeacherShare = run.Get(_share) ?? (labelled ? Default.TeacherShare : 1),
        Temperature = run.Get(_temperature) ?? Default.Temperature,
    }).Validate();

    /// <summary>What is learnt from the teachers; null where there are none.</summary>
    /// <exception cref="BadInputException">A teacher cannot be read, or has not been trained; or there is none, and options about teachers are given.</exception>
    public virtual Distillation? Read(VerbRun run)
    {
        if (run.Get(_teachers) is { Length: > 0 } names) return new Distillation { Teachers = [.. names.Select(Load)] };
        run.Refuse("training without --teacher", _share, _temperature);
        return null;
    }

    /// <summary>Refuses a teacher that would see something else than what it learnt on.</summary>
    /// <exception cref="BadInputException">It takes another shape, or its metadata name another preprocessing.</exception>
    public static void Check(Distillation plan, DataSplits data, Preprocess preprocess)
    {
        foreach (var teacher in plan.Teachers) Check(teacher, data, preprocess);
    }

    private static void Check(Model teacher, DataSplits data, Preprocess preprocess)
    {
        try
        {
            ModelShape.CheckInput(teacher, data);
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"teacher: {e.Message}", e);
        }
        if (teacher.MetadataValue(PreprocessText.Key) is null) return;
        var own = PreprocessText.FromModel(teacher);
        var same = own with { Geometry = preprocess.Geometry with { Channels = own.Geometry.Channels } };
        if (same != preprocess)
            throw new BadInputException($"the teacher learnt on inputs with '{PreprocessText.Format(own)}', the student's are made with '{PreprocessText.Format(preprocess)}'; --scale, --mean, --std and --channels set them for both");
    }

    private static Model Load(string nameOrPath) => Models.IsPath(nameOrPath)
        ? Models.LoadFinite(nameOrPath, new ZooOptions()).Model
        : throw new BadInputException($"teacher '{nameOrPath}' is no file; a network of the zoo has learnt nothing yet: train it first, and give the file");
}
