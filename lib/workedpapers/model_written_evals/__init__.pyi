from .engine.logs import read_log as read_log
from .engine.remote import InspectModel as InspectModel
from .family.models import Family as Family
from .family.models import ToyModel as ToyModel
from .family.models import toy_family as toy_family
from .family.models import toy_items as toy_items
from .family.optimum import rewards as rewards
from .family.optimum import rl_optimum as rl_optimum
from .family.world import Asked as Asked
from .family.world import Questions as Questions
from .family.world import World as World
from .family.world import bayes as bayes
from .family.writer import Writer as Writer
from .family.writer import label_agreement as label_agreement
from .family.writer import toy_writer as toy_writer
from .family.writer import write_items as write_items
from .generation.biographies import biography_items as biography_items
from .generation.biographies import write_biographies as write_biographies
from .generation.embeddings import embedding_filter as embedding_filter
from .generation.embeddings import sentence_embedding as sentence_embedding
from .generation.pipeline import Behaviour as Behaviour
from .generation.pipeline import Generator as Generator
from .generation.pipeline import by_odds as by_odds
from .generation.pipeline import generate as generate
from .generation.planes import plane as plane
from .generation.pronouns import blanked as blanked
from .generation.pronouns import pronoun_sentences as pronoun_sentences
from .generation.shots import by_choice as by_choice
from .generation.shots import few_shot as few_shot
from .items.audits import audit as audit
from .items.audits import separability as separability
from .items.published import from_hub as from_hub
from .items.published import load as load
from .items.shipped import statement_items as statement_items
from .items.shipped import user_items as user_items
from .items.table import Flag as Flag
from .items.table import as_items as as_items
from .models.cached import CachedModel as CachedModel
from .models.language import LanguageModel as LanguageModel
from .models.language import local_model as local_model
from .models.protocol import CallableModel as CallableModel
from .models.protocol import Model as Model
from .models.sampling import SampledModel as SampledModel
from .models.sampling import read_answer as read_answer
from .models.tokens import Token as Token
from .models.tokens import read_tokens as read_tokens
from .scoring.answers import evaluate as evaluate
from .scoring.answers import one_answer as one_answer
from .scoring.effects import Effect as Effect
from .scoring.effects import paired_difference as paired_difference
from .scoring.effects import user_effect as user_effect
from .scoring.many_sets import benjamini_hochberg as benjamini_hochberg
from .scoring.many_sets import by_set as by_set
from .scoring.occupations import Correlation as Correlation
from .scoring.occupations import fisher_interval as fisher_interval
from .scoring.occupations import pronoun_bias as pronoun_bias
from .scoring.planning import clusters_needed as clusters_needed
from .scoring.planning import design_effect as design_effect
from .scoring.planning import power_of as power_of
from .scoring.position import PositionBias as PositionBias
from .scoring.position import position_bias as position_bias
from .scoring.shares import Summary as Summary
from .scoring.shares import cluster_interval as cluster_interval
from .scoring.shares import rescale as rescale
from .scoring.shares import share_interval as share_interval
from .scoring.shares import summarise as summarise

__all__ = [
    "Asked",
    "Behaviour",
    "CachedModel",
    "CallableModel",
    "Correlation",
    "Effect",
    "Family",
    "Flag",
    "Generator",
    "InspectModel",
    "LanguageModel",
    "Model",
    "PositionBias",
    "Questions",
    "SampledModel",
    "Summary",
    "Token",
    "ToyModel",
    "World",
    "Writer",
    "as_items",
    "audit",
    "bayes",
    "benjamini_hochberg",
    "biography_items",
    "blanked",
    "by_choice",
    "by_odds",
    "by_set",
    "cluster_interval",
    "clusters_needed",
    "design_effect",
    "embedding_filter",
    "evaluate",
    "few_shot",
    "fisher_interval",
    "from_hub",
    "generate",
    "label_agreement",
    "load",
    "local_model",
    "one_answer",
    "paired_difference",
    "plane",
    "position_bias",
    "power_of",
    "pronoun_bias",
    "pronoun_sentences",
    "read_answer",
    "read_log",
    "read_tokens",
    "rescale",
    "rewards",
    "rl_optimum",
    "sentence_embedding",
    "separability",
    "share_interval",
    "statement_items",
    "summarise",
    "toy_family",
    "toy_items",
    "toy_writer",
    "user_effect",
    "user_items",
    "write_biographies",
    "write_items",
]
